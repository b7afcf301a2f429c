import { client } from "violet-live";

export const shown = [];
export const notify = client.realtime((...texts) => shown.push(...texts));
