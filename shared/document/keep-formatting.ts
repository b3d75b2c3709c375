import type * as Y from 'yjs'

// Behind a change from elsewhere Yjs tidies up: of formatting that two people gave to the same words it deletes the
// marks that nothing needs, in an edit of the document's own. On the server that edit would be in no log: shown to
// everybody who is there, and gone when the page is loaded again. Of a reader it would be refused, and of an author
// it would be an edit that they did not make.

/** Has a document hold exactly what is written in it and applied to it, and nothing that Yjs tidies up. */
export function keepFormatting<Doc extends Y.Doc>(doc: Doc): Doc {
  // Yjs looks at it when all listeners have been called.
  doc.on('afterTransaction', (transaction) => {
    transaction._needFormattingCleanup = false
  })
  return doc
}
