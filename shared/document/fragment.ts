/** The name of the XML fragment that holds a page's text, as TipTap's Collaboration extension has it. */
export const DOCUMENT_FRAGMENT = 'default'
