import type { FastifyReply } from 'fastify';

/** Pages that are read and not worked with: one file, no script, nothing from elsewhere. */
export const escaped = (s: string) =>
  s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** HTML that is already safe, among texts that are not. */
export interface Html {
  html: string;
}
export type Cell = string | Html;
export const link = (href: string, text: string): Html => ({
  html: `<a href="${escaped(href)}">${escaped(text)}</a>`,
});
const shown = (cell: Cell) => (typeof cell === 'string' ? escaped(cell) : cell.html);

const row = (tag: string, cells: Cell[]) =>
  `<tr>${cells.map((cell) => `<${tag}>${shown(cell)}</${tag}>`).join('')}</tr>`;

/** NUMBERS stand to the right, all but the first column; TEXT to the left. */
export const htmlTable = (header: string[], rows: Cell[][], of: 'NUMBERS' | 'TEXT' = 'NUMBERS') =>
  [
    of === 'TEXT' ? '<table class="text">' : '<table>',
    header.length ? `<thead>${row('th', header)}</thead>` : '',
    `<tbody>${rows.map((cells) => row('td', cells)).join('')}</tbody></table>`,
  ].join('');

export const htmlDocument = (title: string, body: string[]) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>
body{font:14px/1.45 sans-serif;max-width:84em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0;font-variant-numeric:tabular-nums;display:block;overflow-x:auto;font-size:12.5px}
th,td{padding:.25em .5em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
th:first-child,td:first-child,.text th,.text td{text-align:left}svg{max-width:44em;display:block}.note{color:#666}.warning{color:#a33}
pre{background:#f6f6f6;padding:.8em;overflow-x:auto}a{color:#1f5fa8;text-decoration:none}a:hover{text-decoration:underline}
</style></head><body>
${body.filter(Boolean).join('\n')}
</body></html>
`;

/** Texts of people and models stand in these pages: should one slip through, it may still do nothing. */
export const sendDocument = (reply: FastifyReply, content: string, type = 'text/html') =>
  reply
    .header('content-type', `${type}; charset=utf-8`)
    .header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'")
    .send(content);
