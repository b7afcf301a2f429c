import "violet-live/tags";
import "./notify.client.ts";
import "./notify-panel.ts";
import { client } from "violet-live";
import { arrive } from "./notify.server.ts";
import { self } from "./notify.ts";

client.on("connect", () => {
  self.meet();
  arrive();
});
