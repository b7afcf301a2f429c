/** A page of the app, asked for once more inside the process: what a form that is refused is answered with. */
import { IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Headers that tell of the body, or of how it came. */
const OF_THE_BODY = /^(content-|transfer-|expect$|origin$|if-)/;

/**
 * Runs the app's own GET of an address for the browser that sent `request`, from the beginning, so that whatever guards the
 * page guards it here too. Its answer is `response`, with another status where it is 200. `prepare` gets the new request.
 */
export function runAgain(
  request: IncomingMessage,
  response: ServerResponse,
  {
    address,
    status,
    prepare,
  }: {
    readonly address: string;
    readonly status: number;
    readonly prepare: (again: IncomingMessage) => void;
  },
): void {
  const { socket } = request;
  const again = Object.assign(new IncomingMessage(socket), {
    method: "GET",
    url: address,
    httpVersion: request.httpVersion,
    httpVersionMajor: request.httpVersionMajor,
    httpVersionMinor: request.httpVersionMinor,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OF_THE_BODY.test(name))),
    complete: true,
  });
  again.push(null);
  prepare(again);
  const { writeHead } = response;
  response.writeHead = ((given: number, ...rest: never[]) =>
    writeHead.call(response, given === 200 ? status : given, ...rest)) as typeof writeHead;
  (socket as Socket & { readonly server: Server }).server.emit("request", again, response);
}
