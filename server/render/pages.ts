/**
 * Static .html files whose custom elements and `<violet-*>` tags are rendered. The file is a template without
 * expressions: Lit renders the elements in it, all else is sent as it stands.
 */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { DEV } from "#dev";
import { type Check, isText, must, verify } from "../../src/dev/check-options.ts";
import { checkCase } from "../../src/dev/event-case.ts";
import { readTemplate } from "../../src/events/template.ts";
import type { App } from "../app.ts";
import { aScriptOrNone } from "../checks.ts";
import { answerClosed } from "../health.ts";
import type { Middleware } from "../options.ts";
import { Answer, anOutcome } from "./answer.ts";
import { liveParts } from "./document.ts";
import { attributesHtml } from "./escape.ts";
import { fill } from "./fill.ts";
import { pointForms } from "./forms.ts";
import { placesOf } from "./places.ts";
import { renderToHtml, templateOf } from "./renderer.ts";

export interface PagesOptions {
  /** The module script of live files; false: none, they bring their own. Default: the app's `client`. */
  readonly client?: string | false;
  /** "mark": an element that throws leaves a marked hole, and the page stands. Default: the page is a 500. */
  readonly onRenderError?: "mark";
}

const checks: Record<keyof PagesOptions, Check> = { client: aScriptOrNone, onRenderError: anOutcome };

const isFolder = (value: unknown) =>
  isText(value) && !!statSync(value as string, { throwIfNoEntry: false })?.isDirectory();

/** Serves the .html files of a folder. What is no such file, or lies outside, goes to the next handler. Throws E_OPTION. */
export function pages(app: App, folder: string, options: PagesOptions = {}): Middleware {
  must("pages(folder)", folder, [isFolder, `a folder that is there, seen from ${process.cwd()}`]);
  verify(options, checks, "pages.");
  const files = new Files(folder);
  return (request, response, next) => {
    const answer = new Answer(app, request, response, options.onRenderError === "mark");
    const send = async () => {
      const file =
        request.method === "GET" || request.method === "HEAD"
          ? await files.find(request.url ?? "")
          : undefined;
      if (!file) return next();
      if (app.isClosed) return answerClosed(response);
      const visit = await answer.visit();
      const { rendering, result } = await answer.inPasses(visit, async (rendering) =>
        pointForms(fill(renderToHtml(file, rendering), rendering), rendering),
      );
      answer.start(visit, { isLive: rendering.isLive });
      const { live, payload } = liveParts(rendering, options.client);
      const parts = { html: attributesHtml(visit.reflected().attributes), head: live, body: payload };
      response.end(
        result.replace(MARKS, (mark, nonce, place: keyof typeof parts) =>
          nonce === NONCE ? parts[place] : mark,
        ),
      );
    };
    send().catch((error: unknown) => answer.fail(error, next));
  };
}

/** Marks in the rendered file that no state can contain. */
const NONCE = randomBytes(12).toString("hex");
const MARKS = /(?: |<!--)violet-([0-9a-f]{24})-(html|head|body)(?:=""|-->)/g;

const marked = (text: string): string =>
  placesOf(text).reduceRight((marked, { at, name }) => {
    const mark = name === "html" ? ` violet-${NONCE}-html=""` : `<!--violet-${NONCE}-${name}-->`;
    return marked.slice(0, at) + mark + marked.slice(at);
  }, text);

interface Kept {
  readonly changedAt: number;
  readonly template: unknown;
}

/** The folder's files as templates, read again when they changed. */
class Files {
  readonly #folder: string;
  readonly #kept = new Map<string, Kept>();

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** The template of a URL's file; undefined where the URL names no .html file inside the folder. */
  async find(url: string): Promise<unknown> {
    const path = fileOf(url);
    const file = path && (await this.#inside(path));
    if (!file) return undefined;
    const { mtimeMs: changedAt } = await stat(file);
    const known = this.#kept.get(file);
    if (known?.changedAt === changedAt) return known.template;
    const template = templateOf(marked((await readFile(file, "utf8")).replace(/^\uFEFF/, "")));
    if (DEV) readTemplate(template.strings).calls.forEach(checkCase);
    this.#kept.set(file, { changedAt, template });
    return template;
  }

  /** The real file: a link must not lead out of the folder. */
  async #inside(path: string): Promise<string | undefined> {
    try {
      const [root, file] = await Promise.all([realpath(this.#folder), realpath(this.#folder + sep + path)]);
      const isInside = file.startsWith(root + sep) && file.endsWith(".html");
      return isInside && (await stat(file)).isFile() ? file : undefined;
    } catch {
      return undefined;
    }
  }
}

/** "/a/b.html" as "a/b.html", "/a/" as "a/index.html". Hidden files and anything odd have no path. */
function fileOf(url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.split("?", 1)[0] as string);
  } catch {
    return undefined;
  }
  const steps = path.replace(/\/$/, "/index.html").split("/").slice(1);
  const isPlain = steps.every((step) => /^[^.\\\0/][^\\\0/]*$/.test(step));
  return isPlain && path.startsWith("/") && steps.at(-1)?.endsWith(".html") ? steps.join(sep) : undefined;
}
