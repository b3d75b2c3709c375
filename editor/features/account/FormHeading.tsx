import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './FormHeading.module.css'

/** What a form is for, and where else to go. */
export function FormHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className={classes.heading}>
      <h1>{title}</h1>
      {children && (
        <Text component="p" c="dimmed" m={0}>
          {children}
        </Text>
      )}
    </header>
  )
}
