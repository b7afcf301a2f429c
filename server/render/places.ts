/** Where in a static HTML file the parts of a live page go. */
import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Element = DefaultTreeAdapterTypes.Element;

export interface Place {
  /** In the start tag of <html>; at the end of <head>; at the end of <body>. */
  readonly name: "html" | "head" | "body";
  /** Offset in the text. */
  readonly at: number;
}

/** The places in the order of the text. Tags that HTML lets authors leave out may be missing. */
export function placesOf(text: string): Place[] {
  const document = parse(text, { sourceCodeLocationInfo: true });
  const html = childOf(document, "html");
  const [head, body] = [childOf(html, "head"), childOf(html, "body")];
  const bodyStart =
    body?.sourceCodeLocation?.startTag?.startOffset ?? body?.childNodes[0]?.sourceCodeLocation?.startOffset;
  const htmlEnd = html?.sourceCodeLocation?.endTag?.startOffset ?? text.length;
  const headEnd = head?.sourceCodeLocation?.endTag?.startOffset ?? bodyStart ?? htmlEnd;
  const bodyEnd = body?.sourceCodeLocation?.endTag?.startOffset ?? htmlEnd;
  const start = html?.sourceCodeLocation?.startTag?.startOffset;
  return [
    ...(start === undefined ? [] : [{ name: "html", at: start + "<html".length } as const]),
    { name: "head", at: headEnd },
    { name: "body", at: Math.max(bodyEnd, headEnd) },
  ];
}

const childOf = (
  parent: DefaultTreeAdapterTypes.ParentNode | undefined,
  tagName: string,
): Element | undefined =>
  parent?.childNodes.find((node): node is Element => "tagName" in node && node.tagName === tagName);
