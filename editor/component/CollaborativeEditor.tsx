import { CollaborativePage, type CollaborativePageProps } from './CollaborativePage.tsx'
import { CopydeskProvider, type CopydeskProviderProps } from './CopydeskProvider.tsx'

export interface CollaborativeEditorProps
  extends Omit<CopydeskProviderProps, 'children' | 'firstPageId'>,
    CollaborativePageProps {}

/** One page of a Copydesk server, to write in together, in any React application. */
export function CollaborativeEditor(props: CollaborativeEditorProps) {
  const { url, token, colorScheme, ...page } = props
  return (
    <CopydeskProvider url={url} token={token} firstPageId={page.pageId} {...(colorScheme && { colorScheme })}>
      <CollaborativePage key={page.pageId} {...page} />
    </CopydeskProvider>
  )
}
