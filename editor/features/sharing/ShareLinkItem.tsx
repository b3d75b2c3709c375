import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconLink } from '@tabler/icons-react'
import { useState } from 'react'
import type { ShareLink } from '../../../shared/api/pages.ts'
import { copyText } from '../../app/clipboard.ts'
import { formatDate, formatMoment } from '../../app/format-time.ts'
import { ROLE_WORDS } from './role-words.ts'
import classes from './Sharing.module.css'

/** One link: what it allows, its address if it was made just now, and its end. */
export function ShareLinkItem(props: { link: ShareLink; address: string | null; onRevoke: () => void }) {
  const { link, address, onRevoke } = props
  return (
    <li className={classes.link} data-testid="share-link">
      <div className={classes.item}>
        <span className={classes.linkIcon} aria-hidden="true">
          <IconLink size={17} stroke={1.7} />
        </span>
        <span className={classes.who}>
          <span>Guests {ROLE_WORDS[link.role].can}</span>
          <span className={classes.detail}>
            Made on {formatDate(link.createdAt)}
            {link.expiresAt &&
              (Date.parse(link.expiresAt) < Date.now()
                ? ' · expired'
                : ` · until ${formatMoment(link.expiresAt)}`)}
            {link.hasPassword && ' · with a password'}
          </span>
        </span>
        <Button variant="subtle" color="red" size="xs" onClick={onRevoke}>
          Revoke
        </Button>
      </div>
      {address && <LinkAddress address={address} />}
    </li>
  )
}

function LinkAddress({ address }: { address: string }) {
  const [isCopied, setCopied] = useState(false)
  const label = isCopied ? 'Copied' : 'Copy link'
  return (
    <TextInput
      readOnly
      value={address}
      aria-label="Link address"
      description="Copy it now: for safety it is not shown again."
      inputWrapperOrder={['input', 'description']}
      onFocus={(event) => event.currentTarget.select()}
      rightSection={
        <Tooltip label={label}>
          <ActionIcon
            size={28}
            aria-label={label}
            color={isCopied ? 'pine' : 'gray'}
            onClick={() => void copyText(address).then(setCopied)}
          >
            {isCopied ? <IconCheck size={16} /> : <IconCopy size={16} stroke={1.7} />}
          </ActionIcon>
        </Tooltip>
      }
    />
  )
}
