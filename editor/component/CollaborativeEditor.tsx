import { CollaborativePage } from './CollaborativePage.tsx'
import { CopydeskProvider, type CopydeskProviderProps } from './CopydeskProvider.tsx'

export interface CollaborativeEditorProps extends Omit<CopydeskProviderProps, 'children'> {
  /** The page's id, a UUID. */
  pageId: string
}

/** One page of a Copydesk server, to write in together, in any React application. */
export function CollaborativeEditor({ pageId, ...connection }: CollaborativeEditorProps) {
  return (
    <CopydeskProvider {...connection}>
      <CollaborativePage key={pageId} pageId={pageId} />
    </CopydeskProvider>
  )
}
