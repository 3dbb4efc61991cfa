/** What an element gets beside its children. */
export interface Attributes {
  readonly [name: string]: string | number | boolean | (() => void) | undefined;
}

/**
 * An element with its attributes and children. Texts become text nodes: nothing here is ever read as markup. A function is
 * what happens on the event of its name.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(attribute, value);
    else if (value === true) made.setAttribute(attribute, "");
    else if (value !== false && value !== undefined) made.setAttribute(attribute, String(value));
  }
  made.append(...children);
  return made;
}
