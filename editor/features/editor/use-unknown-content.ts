import { type Editor, type Extensions, getSchema } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import { type RefObject, useEffect, useState } from 'react'
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
 * Follows what a page holds that the schema does not know. When something new of that kind arrives, `made`, the editor that
 * there is, is ended before it can look at it; with the new key it is made again.
 */
export function useUnknownContent(doc: Y.Doc, made: RefObject<Editor | null>): LearntSchema {
  const [learnt, setLearnt] = useState(() => learn(doc))
  useEffect(() => {
    let present = learn(doc)
    setLearnt((before) => (before.key === present.key ? before : present))
    const check = (transaction: Y.Transaction): void => {
      if (!bringsUnknown(transaction, made.current?.schema ?? present.getSchema())) return
      present = learn(doc)
      made.current?.destroy()
      made.current = null
      setLearnt(present)
    }
    doc.on('beforeObserverCalls', check)
    return () => doc.off('beforeObserverCalls', check)
  }, [doc, made])
  return learnt
}

let ownSchema: Schema | undefined

function getOwnSchema(): Schema {
  ownSchema ??= getSchema(createDocumentExtensions())
  return ownSchema
}

function learn(doc: Y.Doc): LearntSchema & { readonly getSchema: () => Schema } {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  // Making the schema takes a while, and a page that is on its way needs none yet.
  const unknown = fragment.length === 0 ? null : findUnknown(fragment, getOwnSchema())
  if (unknown === null) return { key: '', extensions: [], getSchema: getOwnSchema, isShowable: true }
  const extensions = createUnknownExtensions(unknown)
  const schema = getSchema([...createDocumentExtensions(), ...extensions])
  return {
    key: JSON.stringify(unknown, toPlain),
    extensions,
    getSchema: () => schema,
    isShowable: canShow(doc, DOCUMENT_FRAGMENT, schema),
  }
}

const toPlain = (_key: string, value: UnknownContent[keyof UnknownContent] | unknown): unknown =>
  value instanceof Map || value instanceof Set ? [...value] : value
