const warned = new WeakSet<EventTarget>();

/** Warns of `data-reset` on a form whose submit calls nothing that answers it. Development only; once for each form. */
export function checkReset({ target, currentTarget }: Event): void {
  if (!(target instanceof HTMLFormElement) || target !== currentTarget || warned.has(target)) return;
  if (!Element.prototype.hasAttribute.call(target, "data-reset")) return;
  warned.add(target);
  console.warn(
    "violet: a form has data-reset and calls no live component: it is not reset. Do it in a callback: event.target.reset().",
    target,
  );
}
