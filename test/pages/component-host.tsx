/* A host application, as small as one can be. */
import { StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { CollaborativeEditor } from '../../editor/component/index.ts'
import type { ComponentHost } from './pages.ts'

const place = document.body.appendChild(document.createElement('div'))
let root: Root | null = null

const host: ComponentHost = {
  show(props) {
    root ??= createRoot(place)
    root.render(
      <StrictMode>
        <CollaborativeEditor {...props} />
      </StrictMode>,
    )
  },
  hide() {
    root?.unmount()
    root = null
  },
}
Object.assign(window, { host })
