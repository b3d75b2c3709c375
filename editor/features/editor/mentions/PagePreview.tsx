import { useQuery } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { useEffect, useState } from 'react'
import { ApiError } from '../../../api/api-error.ts'
import { usePerson } from '../../../app/person.ts'
import { usePage } from '../../../app/queries.ts'
import { Floating } from '../Floating.tsx'
import classes from './PagePreview.module.css'
import { findPageTarget } from './page-target.ts'

/** How long the pointer rests on a link before the page behind it is shown, ms. */
const REST_MS = 350
const MAX_TEXT = 400

/** What is on the page that a link leads to, while the pointer rests on it. */
export function PagePreview({ editor }: { editor: Editor }) {
  const [target, setTarget] = useState<{ pageId: string; element: Element } | null>(null)
  useEffect(() => {
    const { dom } = editor.view
    let timer: ReturnType<typeof setTimeout> | undefined
    const enter = ({ target: over, pointerType }: PointerEvent) => {
      clearTimeout(timer)
      const found = pointerType === 'touch' ? null : findPageTarget(over)
      if (found === null) setTarget(null)
      else timer = setTimeout(() => setTarget(found), REST_MS)
    }
    const leave = () => {
      clearTimeout(timer)
      setTarget(null)
    }
    dom.addEventListener('pointerover', enter)
    dom.addEventListener('pointerleave', leave)
    dom.addEventListener('keydown', leave)
    return () => {
      clearTimeout(timer)
      dom.removeEventListener('pointerover', enter)
      dom.removeEventListener('pointerleave', leave)
      dom.removeEventListener('keydown', leave)
    }
  }, [editor])
  if (target === null) return null
  return (
    <Floating
      editor={editor}
      place="below"
      role="status"
      data-testid="page-preview"
      getRect={() => (target.element.isConnected ? target.element.getBoundingClientRect() : null)}
    >
      <PageCard pageId={target.pageId} />
    </Floating>
  )
}

function PageCard({ pageId }: { pageId: string }) {
  const { api } = usePerson()
  const page = usePage(pageId)
  const text = useQuery({
    queryKey: ['page-text', pageId],
    queryFn: async () => (await api.readText(pageId)).slice(0, MAX_TEXT),
    enabled: page.isSuccess,
  })
  const isHidden = page.error instanceof ApiError && page.error.code !== 'network'
  return (
    <div className={classes.card}>
      <p className={classes.title}>
        {isHidden ? 'No page that you may see' : page.data ? page.data.title || 'Untitled' : 'Loading…'}
      </p>
      {text.data !== undefined && <p className={classes.text}>{text.data.trim() || 'Nothing on it yet.'}</p>}
    </div>
  )
}
