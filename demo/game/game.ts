import { array, integer, object, size, string } from "superstruct";
import { type Infer, local, shared } from "violet-live";

const Name = size(string(), 0, 30);
const Player = object({ name: Name, points: integer() });
export type Player = Infer<typeof Player>;

/** Everybody plays for one score. */
export const game = shared("game", {
  state: object({ score: integer(), players: size(array(Player), 0, 20) }),
  initial: () => ({ score: 0, players: [] }),
  actions: (action) => ({
    point: action([Name], (state, playerName) => {
      const name = playerName.trim() || "Guest";
      state.score += 1;
      const player = state.players.find((one) => one.name === name);
      if (player) player.points += 1;
      else if (state.players.length < 20) state.players.push({ name, points: 1 });
    }),
  }),
});

/** The player's name stays in this browser. */
export const player = local("player", {
  state: object({ name: Name }),
  initial: () => ({ name: "" }),
  persist: true,
});
