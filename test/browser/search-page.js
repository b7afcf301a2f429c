import * as chat from "./chat.server.js";

export const search = chat.search;
