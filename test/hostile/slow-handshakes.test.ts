import { Figures } from "../support/figures.ts";
import { assert, test } from "../support/suite.ts";
import { slowHandshakes } from "./slow-handshakes.ts";

test("T36 T37 lets honest people in while others dribble their handshakes, or never say hello", async () => {
  const figures = new Figures();
  figures.start("slow-handshakes");
  await slowHandshakes("test", figures);
  assert(figures.hold);
});
