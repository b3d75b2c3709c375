import './theme/mantine.css'
import './theme/global.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { readNonce } from './app/csp-nonce.ts'
import { createServices } from './app/services.ts'

// Dialogs lock scrolling through a style element of a library that looks for the nonce under this name.
Object.assign(globalThis, { __webpack_nonce__: readNonce() })

const services = createServices()
void services.account.restore()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
)

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => {
    // Without it the editor works all the same, except for a reload without a network.
    navigator.serviceWorker.register('/sw.js').catch(() => undefined)
  })
}
