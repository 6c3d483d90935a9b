type Child = Node | string | null;
type Handlers = Readonly<Record<string, (event: Event) => void>>;
/** Attributes as in HTML; null leaves one out. */
type Attributes = Readonly<Record<string, string | null>>;

/** Makes an element. Text is only ever text: nothing is parsed as markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that does something. */
export function makeButton(
  label: string,
  attributes: Attributes,
  onClick: () => void,
): HTMLButtonElement {
  const button = make("button", { type: "button", ...attributes }, label);
  listenTo(button, { click: onClick });
  return button;
}

export function listenTo(element: EventTarget, handlers: Handlers): void {
  for (const [event, handler] of Object.entries(handlers)) element.addEventListener(event, handler);
}

/** An element of index.html. */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`index.html has no ${type.name} #${id}.`);
}

/** Writes a text, unless it stands there already: screen readers tell of every change. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

interface Keyed<Item> {
  readonly element: Element;
  update(item: Item): void;
}

/** Keeps the elements of a list in step with its items, each with its focus and what is open in it. */
export function keyedList<Item>(
  list: Element,
  keyOf: (item: Item) => string,
  create: (item: Item) => Keyed<Item>,
): (items: readonly Item[]) => void {
  let shown = new Map<string, Keyed<Item>>();
  return (items) => {
    const next = new Map(
      items.map((item) => [keyOf(item), shown.get(keyOf(item)) ?? create(item)]),
    );
    for (const [key, { element }] of shown) if (!next.has(key)) element.remove();
    items.forEach((item, index) => {
      const keyed = next.get(keyOf(item));
      if (!keyed) return;
      keyed.update(item);
      // An element that is where it belongs is not touched: moving it would take its focus.
      const there = list.children[index] ?? null;
      if (keyed.element !== there) list.insertBefore(keyed.element, there);
    });
    shown = next;
  };
}
