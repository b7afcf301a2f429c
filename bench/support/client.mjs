// A WebSocket client on a raw socket: it costs the load as little as can be.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

export function textFrame(text) {
  const data = Buffer.from(text);
  const mask = randomBytes(4);
  const head =
    data.length < 126
      ? Buffer.from([0x81, 0x80 | data.length])
      : Buffer.from([0x81, 0xfe, data.length >> 8, data.length & 255]);
  return Buffer.concat([head, mask, data.map((byte, index) => byte ^ mask[index & 3])]);
}

/** A session of Violet's server: the cookie of its upgrades, the headers of its calls, and the hello of its sockets. */
export async function session(port, store) {
  const response = await fetch(`http://127.0.0.1:${port}/_violet/session`, {
    method: "POST",
    headers: { origin: `http://127.0.0.1:${port}` },
  });
  const { client, csrf } = await response.json();
  const stores = store === undefined ? [] : [{ store, life: 1 }];
  return {
    cookie: response.headers.getSetCookie()[0].split(";")[0],
    caller: `violet-client: ${client}\r\nviolet-csrf: ${csrf}\r\n`,
    hello: JSON.stringify({ type: "hello", protocol: 1, csrf, stores }),
  };
}

/** Opens a socket. `onFrame(bytes, from, to)` is called for each frame; an error ends the process. */
export function open({ port, path, headers = "", localAddress, onOpen, onFrame }) {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${headers}upgrade: websocket\r\nconnection: upgrade\r\n` +
      `sec-websocket-key: ${randomBytes(16).toString("base64")}\r\nsec-websocket-version: 13\r\n\r\n`,
  );
  let upgraded = false;
  let rest = Buffer.alloc(0);
  socket.on("error", stop);
  socket.on("end", () => stop(new Error("the server ended a connection")));
  socket.on("data", (chunk) => {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    if (!upgraded) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!rest.subarray(0, 12).toString().includes("101")) stop(new Error(rest.toString()));
      rest = rest.subarray(end + 4);
      upgraded = true;
      onOpen?.();
    }
    let at = 0;
    while (rest.length - at >= 2) {
      const short = rest[at + 1] & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (rest.length - at < head) break;
      const size =
        short < 126
          ? short
          : short === 126
            ? rest.readUInt16BE(at + 2)
            : Number(rest.readBigUInt64BE(at + 2));
      if (rest.length - at < head + size) break;
      onFrame(rest, at + head, at + head + size);
      at += head + size;
    }
    rest = at === rest.length ? Buffer.alloc(0) : rest.subarray(at);
  });
  return socket;
}

function stop(error) {
  console.error(`load: ${error.message}`);
  process.exit(1);
}
