/** What is read of an HTML element: described here, so that the schema compiles where there is no browser. */
interface ReadableElement {
  getAttribute(name: string): string | null
  readonly style: { readonly textAlign: string }
}

/** An attribute of an HTML element that the schema parses; null if it has none of this name. */
export function readAttribute(element: object, name: string): string | null {
  return (element as ReadableElement).getAttribute(name)
}

/** How the style of an HTML element aligns its text; empty if it does not. */
export function readTextAlign(element: object): string {
  return (element as ReadableElement).style.textAlign
}
