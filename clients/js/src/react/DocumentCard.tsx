/** A document: its name, its size, its pages, the first of them as a picture. */
import { humanBytes } from "../index.js";
import { Icon } from "./icons.js";
import type { DocumentCardProps } from "./types.js";

export function DocumentCard({ name, sizeBytes, pages, cover, href, children, className }: DocumentCardProps) {
  const extension = /\.([^. ]{1,5}) *$/.exec(name)?.[1]?.toUpperCase();
  const facts = [extension, pages ? `${pages} ${pages === 1 ? "page" : "pages"}` : "", humanBytes(sizeBytes)];
  const inside = (
    <>
      <span className="md-cover">
        {cover ? <img src={cover} alt="" loading="lazy" decoding="async" /> : <Icon name="document" />}
      </span>
      <span className="md-about">
        <span className="md-name">
          {href ? <span className="md-hidden">Download </span> : null}
          {name}
        </span>
        <span className="md-facts">{children ?? facts.filter(Boolean).join(" · ")}</span>
      </span>
    </>
  );
  const classes = `md-document${className ? ` ${className}` : ""}`;
  return href ? (
    <a className={classes} href={href} download={name} rel="noreferrer">
      {inside}
    </a>
  ) : (
    <div className={classes}>{inside}</div>
  );
}
