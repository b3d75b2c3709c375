/* The editor beside a bare TipTap, for the benchmark. */
import { HocuspocusProvider } from '@hocuspocus/provider'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { EditorContent, useEditor } from '@tiptap/react'
import { StarterKit } from '@tiptap/starter-kit'
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { CollaborativeEditor } from '../../editor/component/index.ts'
import type { BenchHost, BenchTarget } from './pages.ts'

/** As TipTap's documentation has it. */
function BareEditor({ url, pageId, token }: BenchTarget) {
  const [provider, setProvider] = useState<HocuspocusProvider | null>(null)
  useEffect(() => {
    const opened = new HocuspocusProvider({ url, name: pageId, token })
    setProvider(opened)
    return () => opened.destroy()
  }, [url, pageId, token])
  return provider && <BareText provider={provider} />
}

function BareText({ provider }: { provider: HocuspocusProvider }) {
  const editor = useEditor({
    extensions: [
      StarterKit.configure({ undoRedo: false }),
      Collaboration.configure({ document: provider.document }),
      CollaborationCaret.configure({ provider, user: { name: 'Somebody', color: '#30bced' } }),
    ],
  })
  return <EditorContent editor={editor} />
}

const keyMs: number[] = []

const bench: BenchHost = {
  keyMs,
  async open(target, lastWords) {
    const place = document.body.appendChild(document.createElement('div'))
    const startedAt = performance.now()
    createRoot(place).render(
      target.kind === 'bare' ? <BareEditor {...target} /> : <CollaborativeEditor {...target} />,
    )
    while (!place.querySelector('.ProseMirror')?.textContent?.includes(lastWords)) await untilPainted()
    await untilPainted()
    return performance.now() - startedAt
  },
  watchKeys() {
    const watch = ({ timeStamp }: Event) => {
      void untilPainted().then(() => keyMs.push(performance.now() - timeStamp))
    }
    window.addEventListener('keydown', watch, { capture: true })
  },
}
Object.assign(window, { bench })

/** Resolves when the frame that is being made now has been painted: a message arrives behind it. */
function untilPainted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    })
  })
}
