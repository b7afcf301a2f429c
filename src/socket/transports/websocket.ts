/** What a transport tells the link. Nothing comes after `closed`. */
export interface TransportEvents {
  opened(): unknown;
  received(text: string): unknown;
  closed(code: number): unknown;
}

/** One attempt to connect: an ordered, two-way stream of texts. */
export interface Wire {
  send(text: string): void;
  /** Ends it; `closed` follows, at once or later. */
  close(code: number): void;
}

export type Transport = (url: string, events: TransportEvents) => Wire;

export const webSocket: Transport = (url, events) => {
  const socket = new WebSocket(url);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.received(data as string);
  socket.onclose = ({ code }) => events.closed(code);
  return socket;
};
