type Handler = (event: Event) => void;
type Attribute = string | number | boolean | undefined | Handler;
type Child = Node | string | number | undefined | null | false;

/**
 * An element. Texts become text nodes, never markup: everything that a run provides comes through here. Keys that begin with `on` are
 * listeners; `true` is an attribute without a value, `false` and undefined are none.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

/** Puts children in the place of what an element had; what had the focus gets it again, if it has a `data-key`. */
export function fill(element: Element, ...children: readonly Child[]): void {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && element.contains(active) ? active.dataset.key : undefined;
  element.replaceChildren();
  append(element, children);
  if (key === undefined) return;
  element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
}

/** Whether somebody is choosing there just now: a list that is open would close if it were made anew. */
export const isBeingUsed = (element: Element): boolean =>
  document.activeElement instanceof HTMLSelectElement && element.contains(document.activeElement);

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    element.append(typeof child === 'number' ? String(child) : child);
  }
}

let numIds = 0;

/** An id that no other element has. */
export const freshId = (): string => `e${++numIds}`;

/** A labelled choice. @param options value and text */
export function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  onChoice: (value: string) => void,
): HTMLElement {
  const select = h(
    'select',
    {onchange: () => onChoice(select.value)},
    ...options.map(([value, text]) => h('option', {value, selected: value === chosen}, text)),
  );
  return h('label', {class: 'field'}, h('span', {}, label), select);
}

/** A labelled box to tick. */
export function toggle(label: string, isOn: boolean, onToggle: (isOn: boolean) => void): HTMLElement {
  const box = h('input', {type: 'checkbox', checked: isOn, onchange: () => onToggle(box.checked)});
  return h('label', {class: 'field tick'}, box, h('span', {}, label));
}

/** A section with its heading; `body` is what changes. */
export function section(
  id: string,
  title: string,
  intro?: string,
): {readonly element: HTMLElement; readonly body: HTMLElement} {
  const body = h('div', {class: 'body'});
  const heading = h('h2', {id: `${id}-title`}, title);
  const element = h(
    'section',
    {id, 'aria-labelledby': `${id}-title`},
    heading,
    intro === undefined ? undefined : h('p', {class: 'intro'}, intro),
    body,
  );
  return {element, body};
}
