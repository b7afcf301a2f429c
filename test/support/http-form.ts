/** Forms as a browser without JavaScript has and sends them: what stands in a page's HTML, and nothing else. */
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { cookiesOf } from "./serve.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const isElement = (node: Node): node is Element => "tagName" in node;
const attributeOf = ({ attrs }: Element, wanted: string) => attrs.find(({ name }) => name === wanted)?.value;

/** All elements, also those of shadow roots. */
function* elementsIn(parent: DefaultTreeAdapterTypes.ParentNode): Generator<Element> {
  for (const node of parent.childNodes) {
    if (!isElement(node)) continue;
    yield node;
    if ("content" in node) yield* elementsIn(node.content as DefaultTreeAdapterTypes.DocumentFragment);
    yield* elementsIn(node);
  }
}

const textIn = (parent: DefaultTreeAdapterTypes.ParentNode): string =>
  parent.childNodes
    .map((node) => ("value" in node ? node.value : isElement(node) ? textIn(node) : ""))
    .join("");

/** A form in a page, with what its fields hold. */
class HttpForm {
  readonly action: string | undefined;
  readonly method: string | undefined;
  readonly fields: [name: string, value: string][];
  readonly element: Element;

  constructor(element: Element) {
    this.element = element;
    this.action = attributeOf(element, "action");
    this.method = attributeOf(element, "method");
    this.fields = [...elementsIn(element)].flatMap((each) => fieldsOf(each));
  }

  /** What Violet put in. */
  get hidden(): Record<string, unknown> {
    return JSON.parse(this.fields.find(([name]) => name === "_violet")?.[1] ?? "null");
  }

  get(name: string): string[] {
    return this.fields.filter(([each]) => each === name).map(([, value]) => value);
  }
}

function fieldsOf(element: Element): [string, string][] {
  const name = attributeOf(element, "name");
  if (name === undefined) return [];
  const value = attributeOf(element, "value");
  const type = attributeOf(element, "type") ?? "text";
  const isOn = attributeOf(element, "checked") !== undefined;
  if (element.tagName === "textarea") return [[name, textIn(element)]];
  if (element.tagName === "select")
    return [...elementsIn(element)]
      .filter((option) => attributeOf(option, "selected") !== undefined)
      .map((option) => [name, attributeOf(option, "value") ?? textIn(option)]);
  if (element.tagName !== "input" || /^(submit|image|button|reset)$/.test(type)) return [];
  if (/^(checkbox|radio)$/.test(type)) return isOn ? [[name, value ?? "on"]] : [];
  return [[name, value ?? ""]];
}

export interface FormPage {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  readonly forms: readonly HttpForm[];
}

/** A browser without JavaScript: it has one page, cookies, and its forms. */
export class HttpBrowser {
  readonly #url: string;
  cookie = "";
  page!: FormPage;

  private constructor(url: string) {
    this.#url = url;
  }

  static async visit(url: string, path: string): Promise<HttpBrowser> {
    const browser = new HttpBrowser(url);
    await browser.open(path);
    return browser;
  }

  async open(path: string): Promise<FormPage> {
    return this.#take(
      await fetch(this.#url + path, { headers: { cookie: this.cookie }, redirect: "manual" }),
    );
  }

  async #take(response: Response): Promise<FormPage> {
    const cookie = cookiesOf(response.headers);
    if (cookie) this.cookie = cookie;
    const html = await response.text();
    const forms = [...elementsIn(parse(html))]
      .filter(({ tagName }) => tagName === "form")
      .map((element) => new HttpForm(element));
    return (this.page = { status: response.status, headers: response.headers, html, forms });
  }

  /** Sends the page's form of this number with these fields in place of its own of that name; gives the answer. */
  async send(
    number: number,
    typed: Record<string, string | readonly string[]> = {},
    {
      headers = {},
      isMultipart = false,
      action,
    }: { headers?: Record<string, string | undefined>; isMultipart?: boolean; action?: string } = {},
  ): Promise<FormPage> {
    const form = this.page.forms[number] as HttpForm;
    const kept = form.fields.filter(([name]) => !Object.hasOwn(typed, name));
    const fields = [
      ...kept,
      ...Object.entries(typed).flatMap(([name, values]) => [values].flat().map((value) => [name, value])),
    ];
    const body = isMultipart ? new FormData() : new URLSearchParams();
    for (const [name, value] of fields) body.append(name as string, value as string);
    return this.post(action ?? form.action ?? "", body, headers);
  }

  async post(
    path: string,
    body: BodyInit,
    headers: Record<string, string | undefined> = {},
  ): Promise<FormPage> {
    const given = Object.entries({ cookie: this.cookie, origin: this.#url, ...headers });
    const sent = given.filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.#take(
      await fetch(this.#url + path, { method: "POST", body, headers: sent, redirect: "manual" }),
    );
  }

  /** Goes where a redirect leads. */
  async follow(): Promise<FormPage> {
    return this.open(this.page.headers.get("location") ?? "");
  }
}

/** What a page says, without its tags. */
export const textOf = (html: string): string =>
  html
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "")
    .replace(/<!--.*?-->/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
