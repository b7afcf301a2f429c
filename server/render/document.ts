/** The document around a page's body. */
import { defaultReconnect } from "../../src/runtime.ts";
import { earlyTag } from "./early.ts";
import { attributesHtml, escapeHtml } from "./escape.ts";
import { type Payload, payloadTag } from "./payload.ts";
import type { Rendering } from "./rendering.ts";

export interface Head {
  readonly title: string;
  readonly lang: string;
  /** Rendered HTML for `<head>`. */
  readonly head: string;
  /** Attributes of `<html>`: `data-theme`, where the server knows it. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** From the doctype into `<head>`, which stays open. */
export function openDocument({ title, lang, head, attributes }: Head): string {
  const viewport = /\bname=.?viewport/.test(head)
    ? ""
    : `<meta name="viewport" content="width=device-width, initial-scale=1">`;
  return (
    `<!doctype html>\n<html lang="${escapeHtml(lang)}"${attributesHtml(attributes)}>\n<head>\n<meta charset="utf-8">\n` +
    `<title>${escapeHtml(title)}</title>\n${viewport}${head}\n`
  );
}

/** The rest of `<head>`, the body, and what makes the page live. */
export function closeDocument(
  rendering: Rendering,
  body: string,
  client: string | false | undefined,
): string {
  const { live, payload } = liveParts(rendering, client);
  return `${live}</head>\n<body>\n${body}\n${payload}</body>\n</html>\n`;
}

export interface LiveParts {
  /** For `<head>`. */
  readonly live: string;
  /** For the end of the body. */
  readonly payload: string;
}

/**
 * What a live page loads, and what it brings along; nothing for any other. The stylesheets are fetched at once, not
 * one by one as the shadow roots that use them are parsed. Nothing is painted before the payload at the end of the
 * page is there, and so all styles: the stylesheet of a shadow root holds the parser up until it is applied.
 */
export function liveParts(rendering: Rendering, client: string | false | undefined): LiveParts {
  const links = Array.from(
    rendering.styles,
    (href) => `<link rel="preload" as="style" href="${href}">\n`,
  ).join("");
  if (!rendering.isLive || client === false) return { live: links, payload: "" };
  const { app } = rendering.visit;
  const src = escapeHtml(client ?? app.settings.client);
  const live = `${earlyTag()}\n${links}<link rel="expect" href="#violet" blocking="render">\n<script type="module" src="${src}"></script>\n`;
  return { live, payload: `${payloadTag(payloadOf(rendering))}\n` };
}

function payloadOf(rendering: Rendering): Payload {
  const { app, client, session } = rendering.visit;
  const { stores, local, props } = rendering;
  const { reconnect, overlay } = app.settings;
  return {
    ...app.door.credentials(client, session),
    stores,
    local,
    ...(props.length > 0 && { props }),
    ...(reconnect !== defaultReconnect && { reconnect }),
    ...(overlay && { overlay }),
  };
}
