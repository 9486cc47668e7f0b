import { type ReactNode, useEffect } from 'react'

interface Props {
  readonly title: string
  readonly pill?: ReactNode
  readonly say?: ReactNode
  readonly facts?: ReactNode
  readonly actions?: ReactNode
}

/** Name or sentence, what is true now in words, facts, actions: the top of every page. */
export function Head({ title, pill, say, facts, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Slipway`
  }, [title])
  return (
    <div className="head">
      <div className="grow">
        <div className="row wrap head-line">
          <h1>{title}</h1>
          {pill}
        </div>
        {say === undefined ? null : <div className="say">{say}</div>}
        {facts === undefined ? null : <div className="facts">{facts}</div>}
      </div>
      {actions === undefined ? null : <div className="acts">{actions}</div>}
    </div>
  )
}
