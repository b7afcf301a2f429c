import { server } from "violet-live/server";
import { chat } from "./chat.ts";

const count = () => {
  server.store(chat).online = server.connections().length;
};

server.on("start", count);
server.on("connect", count);
server.on("disconnect", count);
