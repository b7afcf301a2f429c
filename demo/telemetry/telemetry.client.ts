import { string } from "superstruct";
import { client } from "violet-live";
import { Place, pointers } from "./telemetry.ts";

export const moved = client.realtime([string(), Place], (id, place) => pointers.move(id, place));

client.on<string>("left", (id) => pointers.fade(id));
// Who moves is seen again; who left meanwhile is not.
client.on("disconnect", () => pointers.fadeAll());
