import './theme/mantine.css'
import './theme/global.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { readNonce } from './app/csp-nonce.ts'
import { fetchLiveParts } from './app/live-parts.ts'
import { createServices } from './app/services.ts'

// Dialogs lock scrolling through a style element of a library that looks for the nonce under this name.
Object.assign(globalThis, { __webpack_nonce__: readNonce() })

const services = createServices()
const restored = services.account.restore()
/** Whether this device keeps the app's files, so that fetching them takes nothing from the network. */
const areFilesKept = navigator.serviceWorker?.controller != null
// Right behind what is asked for to show the page, which must not wait for it.
const live = areFilesKept ? fetchLiveParts() : restored.then(waitATurn).then(fetchLiveParts)

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
)

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // It fetches everything that there is: behind what is needed now.
  void live.then(() => {
    // Without it the editor works all the same, except for a reload without a network.
    navigator.serviceWorker.register('/sw.js').catch(() => undefined)
  })
}

/** Until React has rendered, and what it shows has asked for its data. */
function waitATurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
