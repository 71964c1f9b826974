import {createHash} from 'node:crypto';
import type {PackedData} from '../page/pack.js';
import type {PageAssets} from './assets.js';

/** A document and the policy that it is to be served with. */
export interface PageDocument {
  readonly html: string;
  /** Content-Security-Policy; the document has it in itself too. */
  readonly policy: string;
}

const icon =
  '%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath d=%22M2 3c2 8 5 10 12 10%22 fill=%22none%22 stroke=%22%230072b2%22 stroke-width=%222.5%22 stroke-linecap=%22round%22/%3E%3C/svg%3E';

/**
 * One HTML document that holds everything: script, style and data. Only its own script and style may run, by their hashes, and it may
 * connect to nothing, or with `connects` to where it came from. Texts of runs are in the data only, and no part of them can end that element.
 */
export function pageDocument(
  {data, title}: {readonly data: PackedData | undefined; readonly title: string},
  {script, style}: PageAssets,
  connects: boolean,
): PageDocument {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    ...(connects ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="exp">
<link rel="icon" href="data:image/svg+xml,${icon}">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws with JavaScript: please allow it. exp compare prints the same comparison in a terminal.</noscript>
${data === undefined ? '' : `<script type="application/json" id="data">${jsonForHtml(data)}</script>\n`}<script>${script}</script>
</body>
</html>
`;
  return {html, policy};
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

/** JSON without any letter that means something to HTML: no text of a run can close the element or open a comment. */
export const jsonForHtml = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${hex(character)}`);

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');

const entities: Readonly<Record<string, string>> = {'<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;'};
const escapeHtml = (text: string): string => text.replace(/[<>&"]/g, (character) => entities[character]!);
