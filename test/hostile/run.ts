/** `npm run test:hostile`: attacks on real processes. By default a part of the full size, in about a minute. */
import { play } from "../support/runs.ts";
import { bombs } from "./bombs.ts";
import { frames } from "./frames.ts";
import { markup } from "./markup.ts";
import { pollution } from "./pollution.ts";
import { slowHandshakes } from "./slow-handshakes.ts";

await play({
  command: "test:hostile",
  runs: {
    frames: (size, figures) =>
      size === "full" ? frames(10_000_000, figures, true) : frames(500_000, figures),
    bombs: (size, figures) => bombs(size === "full" ? 1000 : 100, figures),
    pollution: (size, figures) => pollution(size === "full" ? 200_000 : 20_000, figures),
    markup,
    "slow-handshakes": slowHandshakes,
  },
  maxMinutes: { ci: 4, full: 60 },
});
