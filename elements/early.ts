interface Kept {
  readonly event: Event;
  /** The innermost target: the event itself forgets it after its dispatch. */
  readonly target: HTMLInputElement;
  /** What was entered: hydration sets a control to the state that the page was rendered with. */
  readonly value: string;
  readonly checked: boolean;
}

/**
 * Keeps what people do inside rendered elements until these are hydrated, and replays it then
 * (docs/hydration.md). It runs long before any module: the server sends this function's source text as
 * `/_violet/early.js`, so it refers to nothing outside itself.
 */
export function captureEarly(): void {
  const giveUpAfterMs = 10_000;
  let kept: Kept[] = [];
  let isOver = false;

  const isLitPart = (node: Node) => node.nodeType === 8 && (node as Comment).data.startsWith("lit-part");
  const isWaiting = (host: Element & { hasUpdated?: boolean }) =>
    !host.hasUpdated && Array.from(host.shadowRoot?.childNodes ?? []).some(isLitPart);

  /** Is one of the elements waiting in whose shadow roots this stands? */
  const waits = (target: Element) => {
    for (let root = target.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode())
      if (isWaiting(root.host)) return true;
    return false;
  };

  const handle = (event: Event) => {
    const target = event.composedPath()[0] as HTMLInputElement;
    if (isOver || !(target instanceof Element) || !waits(target)) return;
    // These do not leave a shadow root; who causes them was clicked or focused before.
    for (const type of ["change", "submit"]) target.getRootNode().addEventListener(type, handle, true);
    if (event.type === "focusin" || (event.type === "click" && !keepsClick(event as MouseEvent, target)))
      return;
    if (event.type === "submit") event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "input")
      kept = kept.filter((one) => one.target !== target || one.event.type !== "input");
    kept.push({ event, target, value: target.value, checked: target.checked });
  };

  /** A link or a button waits; other controls work by themselves, and `input` and `change` follow. */
  const keepsClick = (event: MouseEvent, target: Element) => {
    const control = target.closest("a[href], button, input, select, textarea, label, summary");
    if (!control) return true;
    const isForAnotherTab =
      event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const presses = control.matches("a, button, [type=button], [type=submit], [type=reset], [type=image]");
    if (!presses || (isForAnotherTab && control.matches("a"))) return false;
    event.preventDefault();
    return true;
  };

  const replay = ({ event, target, value, checked }: Kept) => {
    const { type } = event;
    if (!target.isConnected) return;
    if (type === "submit")
      return HTMLFormElement.prototype.requestSubmit.call(target, (event as SubmitEvent).submitter);
    if (type !== "click" && target.type !== "file") {
      if (target.value !== value) target.value = value;
      if (target.checked !== checked) target.checked = checked;
    }
    target.dispatchEvent(new (event.constructor as typeof Event)(type, event));
  };

  const flush = () => {
    const ready = kept.filter(({ target }) => isOver || !waits(target));
    kept = kept.filter((one) => !ready.includes(one));
    ready.forEach(replay);
  };

  const giveUp = () => {
    isOver = true;
    flush();
  };

  for (const type of ["click", "input", "focusin"]) addEventListener(type, handle, true);
  addEventListener("error", ({ target }) => target instanceof HTMLScriptElement && giveUp(), true);
  addEventListener("load", () => setTimeout(giveUp, giveUpAfterMs), { once: true });
  Object.assign(window, { violetEarly: flush });
}
