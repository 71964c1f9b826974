import {h} from './dom.js';
import type {Theme} from './palette.js';

const key = 'exp-theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
let isPrinting = false;

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}

let chosen = stored();

/** The colours that are shown: those chosen, else the system's; paper is light. */
export const currentTheme = (): Theme => (isPrinting ? 'light' : (chosen ?? (prefersDark.matches ? 'dark' : 'light')));

const show = (): void => {
  document.documentElement.dataset.theme = currentTheme();
};
// Before anything is drawn.
show();

/** Keeps the page in the chosen colours, or those of the system. @returns the button that changes them */
export function themeButton(onChange: () => void): HTMLElement {
  const button = h('button', {type: 'button', class: 'quiet', id: 'theme', onclick: () => choose()});
  const apply = (): void => {
    show();
    const theme = currentTheme();
    const other = theme === 'dark' ? 'light' : 'dark';
    button.textContent = theme === 'dark' ? '☀' : '☾';
    button.setAttribute('aria-label', `${other} colours`);
    button.title = `${other} colours`;
  };
  const choose = (): void => {
    chosen = currentTheme() === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(key, chosen);
    } catch {
      // A page from a file may have no storage: the choice lasts as long as the page.
    }
    apply();
    onChange();
  };
  const print = (isOn: boolean): void => {
    isPrinting = isOn;
    apply();
    onChange();
  };
  prefersDark.addEventListener('change', () => {
    apply();
    onChange();
  });
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  apply();
  return button;
}
