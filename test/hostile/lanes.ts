/** Runs `play` so many times, some of them at once. */
export async function lanes(
  count: number,
  atOnce: number,
  play: (number: number) => Promise<void>,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const number of numbers) await play(number);
    }),
  );
}
