/** Attributes of an element, in the order in which they are written. */
export type Attributes = Readonly<Record<string, string | number>>;

/** One element as text. Numbers are written with one digit after the point: a tenth of a pixel is not seen. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? px(value) : escapeText(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** A line of text that starts, ends or is centred at a point. */
export function text(
  x: number,
  y: number,
  className: string,
  content: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const attributes = { class: className, x, y, ...(anchor === 'start' ? {} : { 'text-anchor': anchor }) };
  return element('text', attributes, escapeText(content));
}

/** A coordinate as text. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Text as content or attribute of an element. */
export function escapeText(content: string): string {
  return (
    content
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // What XML does not allow at all, in a strategy's name of somebody else's.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}
