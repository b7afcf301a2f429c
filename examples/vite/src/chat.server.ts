// Runs on the server alone: what a browser gets in its place are stubs of the two functions.
import { readFileSync } from "node:fs";
import { integer, string } from "superstruct";
import { server } from "violet-live/server";

const words = readFileSync("words.txt", "utf8").split("\n");

export const search = server.rpc([string()], (query) => words.filter((word) => word.includes(query)));

export const keystroke = server.realtime([integer()], (length, { client }) => {
  console.log(`${client.id} has typed ${length} letters`);
});
