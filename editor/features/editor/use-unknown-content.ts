import { type Editor, type Extensions, getSchema } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import { useEffect, useRef, useState } from 'react'
import type * as Y from 'yjs'
import { createDocumentExtensions } from '../../../shared/document/extensions.ts'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import {
  bringsUnknown,
  canShow,
  createUnknownExtensions,
  findUnknown,
  type UnknownContent,
} from './unknown-content.ts'

/** What the schema has to learn for a page. */
export interface LearntSchema {
  /** Differs when there is more to learn than before: the editor has to be made anew. */
  readonly key: string
  readonly extensions: Extensions
  /** Whether the page can be shown with it and nothing is lost. */
  readonly isShowable: boolean
}

/**
 * Follows what a page holds that the editor's schema does not know. When something new of that kind arrives,
 * `editor` is ended before it can look at it; with the new key it is made again.
 */
export function useUnknownContent(doc: Y.Doc, editor: Pick<Editor, 'destroy'> | null): LearntSchema {
  const [learnt, setLearnt] = useState(() => learn(doc))
  const shown = useRef(editor)
  shown.current = editor
  useEffect(() => {
    let present = learn(doc)
    setLearnt((before) => (before.key === present.key ? before : present))
    const check = (transaction: Y.Transaction): void => {
      if (!bringsUnknown(transaction, present.schema)) return
      present = learn(doc)
      shown.current?.destroy()
      setLearnt(present)
    }
    doc.on('beforeObserverCalls', check)
    return () => doc.off('beforeObserverCalls', check)
  }, [doc])
  return learnt
}

let ownSchema: Schema | undefined

function learn(doc: Y.Doc): LearntSchema & { readonly schema: Schema } {
  ownSchema ??= getSchema(createDocumentExtensions())
  const unknown = findUnknown(doc.getXmlFragment(DOCUMENT_FRAGMENT), ownSchema)
  if (unknown === null) return { key: '', extensions: [], schema: ownSchema, isShowable: true }
  const extensions = createUnknownExtensions(unknown)
  const schema = getSchema([...createDocumentExtensions(), ...extensions])
  return {
    key: JSON.stringify(unknown, toPlain),
    extensions,
    schema,
    isShowable: canShow(doc, DOCUMENT_FRAGMENT, schema),
  }
}

const toPlain = (_key: string, value: UnknownContent[keyof UnknownContent] | unknown): unknown =>
  value instanceof Map || value instanceof Set ? [...value] : value
