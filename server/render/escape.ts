const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, in an element or between quotes in an attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => entities[letter] as string);

/** Attributes for a start tag, each with a space before it. */
export const attributesHtml = (attributes: readonly (readonly [name: string, value: string])[]): string =>
  attributes.map(([name, value]) => ` ${name}="${escapeHtml(value)}"`).join("");
