interface Kept {
  readonly event: Event;
  /** The innermost target: the event itself forgets it after its dispatch. */
  readonly target: HTMLInputElement;
  /** What was entered: hydration sets a control to the state that the page was rendered with. */
  readonly value: string;
  readonly checked: boolean;
  /** Of a list of options. */
  readonly chosen: readonly boolean[];
  /** Elements of plain HTML around it that bind the event, and were not bound. */
  readonly unbound: readonly Element[];
}

/**
 * Keeps what people do inside rendered elements, and in plain HTML that binds it, until these are hydrated and bound, and
 * replays it then (docs/hydration.md). It runs long before any module: the server sends this function's source text as
 * `/_violet/early.js`, so it refers to nothing outside itself.
 */
export function captureEarly(): void {
  const giveUpAfterMs = 10_000;
  // A script that neither comes nor fails keeps the page from ever being loaded.
  const giveUpAtLastMs = 30_000;
  let kept: Kept[] = [];
  const over = new AbortController();
  const bound = new WeakSet<Element>();

  const isLitPart = (node: Node) => node.nodeType === 8 && (node as Comment).data.startsWith("lit-part");
  const isWaiting = (host: Element & { hasUpdated?: boolean }) =>
    !host.hasUpdated && Array.from(host.shadowRoot?.childNodes ?? []).some(isLitPart);

  // A form's fields stand before its own methods.
  const rootOf = (node: Node) => Node.prototype.getRootNode.call(node);

  /** Is one of the elements waiting in whose shadow roots this stands? */
  const waits = (target: Element) => {
    for (let root = rootOf(target); root instanceof ShadowRoot; root = rootOf(root.host))
      if (isWaiting(root.host)) return true;
    return false;
  };

  const isEdit = (type: string) => type === "input" || type === "change";

  /** Whether an attribute binds an event. A form takes its fields' values when it is submitted: these wait as it does. */
  const isFor = (name: string | undefined, type: string) =>
    name === `@${type}` || (isEdit(type) && (name === "data-model" || name === "@submit"));

  /** Whether it stands in a provider's tag, in the same tree, and its attributes bind the event: `data-model`, `@click.once`. */
  const binds = (element: Element, type: string) =>
    Element.prototype.matches.call(element, ":is(violet-shared, violet-local, violet-live) *") &&
    Element.prototype.getAttributeNames
      .call(element)
      .some((name) => isFor(name.replace("data-on-", "@").split(".")[0], type));

  const optionsOf = (target: Element) => (target instanceof HTMLSelectElement ? [...target.options] : []);

  const listen = (root: EventTarget, type: string) =>
    root.addEventListener(type, handle, { capture: true, signal: over.signal });

  const handle = (event: Event) => {
    const path = event.composedPath();
    const target = path[0] as HTMLInputElement;
    if (!(target instanceof Element)) return;
    // A script knows when it dispatches what; people do not.
    const unbound = (event.isTrusted ? path : [])
      .filter((node) => node instanceof Element)
      .filter((element) => !bound.has(element) && binds(element, event.type));
    if (!waits(target) && !unbound.length) return;
    // These do not leave its shadow root; who causes them was clicked or focused before.
    for (const type of ["change", "submit"]) listen(rootOf(target), type);
    if (event.type === "focusin" || (event.type === "click" && !keepsClick(event as MouseEvent, target)))
      return;
    if (event.type === "submit") event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "input")
      kept = kept.filter((one) => one.target !== target || one.event.type !== "input");
    const { value, checked } = target;
    kept.push({
      event,
      target,
      value,
      checked,
      chosen: optionsOf(target).map(({ selected }) => selected),
      unbound,
    });
  };

  /** A link or a button waits; other controls work by themselves, and `input` and `change` follow. */
  const keepsClick = (event: MouseEvent, target: Element) => {
    const control = Element.prototype.closest.call(
      target,
      "a[href], button, input, select, textarea, label, summary",
    );
    if (!control) return true;
    const isForAnotherTab =
      event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const presses = control.matches("a, button, [type=button], [type=submit], [type=reset], [type=image]");
    if (!presses || (isForAnotherTab && control.matches("a"))) return false;
    event.preventDefault();
    return true;
  };

  /** What it held then. */
  const fill = ({ target, value, checked, chosen }: Kept) => {
    optionsOf(target).forEach((option, at) => {
      if (option.selected !== chosen[at]) option.selected = !!chosen[at];
    });
    if (chosen.length || target.type === "file") return;
    if (target.value !== value) target.value = value;
    if (target.checked !== checked) target.checked = checked;
  };

  const replay = (one: Kept) => {
    const { event, target } = one;
    const { type } = event;
    if (!target.isConnected) return;
    if (type === "submit") {
      const { submitter } = event as SubmitEvent;
      const isThere = submitter && Reflect.get(submitter, "form") === target;
      return HTMLFormElement.prototype.requestSubmit.call(target, isThere ? submitter : null);
    }
    if (type !== "click") fill(one);
    EventTarget.prototype.dispatchEvent.call(target, new (event.constructor as typeof Event)(type, event));
  };

  const flush = () => {
    const isReady = ({ target, unbound }: Kept) =>
      over.signal.aborted || (!waits(target) && unbound.every((element) => bound.has(element)));
    const ready = kept.filter(isReady);
    kept = kept.filter((one) => !ready.includes(one));
    for (const one of ready)
      try {
        replay(one);
      } catch (error) {
        reportError(error);
      }
  };

  const giveUp = () => {
    if (over.signal.aborted) return;
    over.abort();
    Reflect.deleteProperty(window, "violetEarly");
    flush();
  };

  for (const type of ["click", "input", "focusin", "change", "submit"]) listen(window, type);
  addEventListener("error", ({ target }) => target instanceof HTMLScriptElement && giveUp(), true);
  addEventListener("load", () => setTimeout(giveUp, giveUpAfterMs), { once: true });
  setTimeout(giveUp, giveUpAtLastMs);
  Object.assign(window, { violetEarly: Object.assign(flush, { bound }) });
}
