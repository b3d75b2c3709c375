/** The colours that text and its background can have. What each looks like is the theme's, light and dark. */
export const DOCUMENT_COLORS = ['gray', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink'] as const

/** One of the colours that a page knows by name. */
export type DocumentColor = (typeof DOCUMENT_COLORS)[number]

/** Whether a value is the name of a colour. */
export function isDocumentColor(value: unknown): value is DocumentColor {
  return (DOCUMENT_COLORS as readonly unknown[]).includes(value)
}
