import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { readMarks } from './marks.ts'
import type { PageState } from './record.ts'

/** What stands in a document, in a form that two documents can be compared by. */
export function readPageState(doc: Y.Doc): PageState {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  return { xml: fragment.toString(), marks: readMarks(fragment), stateVector: readStateVector(doc) }
}

/** How far a document has come, as `client:clock` sorted by client. */
export function readStateVector(doc: Y.Doc): string {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b)
  return clocks.map(([client, clock]) => `${client}:${clock}`).join(' ')
}
