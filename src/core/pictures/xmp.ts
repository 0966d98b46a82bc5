/**
 * XMP, the one kind of metadata that all our formats carry. Programs that change it write it anew, in any of the
 * forms that RDF allows: a property is an element or an attribute, under whatever prefix its namespace has there.
 * Source: ISO 16684-1.
 */
import { parseXml, XmlElement } from '@rgrove/parse-xml';

/**
 * A packet with one property.
 *
 * @param namespace its URI.
 * @param prefix what the packet calls the namespace.
 */
export function xmpPacket(namespace: string, prefix: string, name: string, value: string): string {
  const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    `<rdf:Description rdf:about="" xmlns:${prefix}="${namespace}"><${prefix}:${name}>${text}</${prefix}:${name}>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
  ].join('');
}

/**
 * The value of a simple property; undefined where the packet does not have it, or is no XML.
 *
 * @param namespace its URI.
 */
export function xmpProperty(packet: string, namespace: string, name: string): string | undefined {
  // Packets are padded, some with zeros.
  const xml = packet.slice(packet.indexOf('<'), packet.lastIndexOf('>') + 1);
  let root: XmlElement | null;
  try {
    ({ root } = parseXml(xml, { ignoreUndefinedEntities: true }));
  } catch {
    // Its parser refuses what is no XML with an Error, and runs out of stack where elements are nested too deep.
    return undefined;
  }
  /** Elements to look at, with the prefix that each namespace has around them. */
  const open: { readonly element: XmlElement; readonly around: ReadonlySet<string> }[] = [];
  if (root) open.push({ element: root, around: new Set() });
  for (let next = open.pop(); next; next = open.pop()) {
    const { element } = next;
    const prefixes = declared(element, namespace, next.around);
    if (isNamed(element.name, prefixes, name)) return element.text;
    const attribute = Object.keys(element.attributes).find((key) => key.includes(':') && isNamed(key, prefixes, name));
    if (attribute !== undefined) return element.attributes[attribute];
    for (const child of element.children.toReversed()) {
      if (child instanceof XmlElement) open.push({ element: child, around: prefixes });
    }
  }
  return undefined;
}

/** The prefixes that stand for a namespace within an element; the empty one is that of names without prefix. */
function declared(element: XmlElement, namespace: string, around: ReadonlySet<string>): ReadonlySet<string> {
  const declarations = Object.entries(element.attributes).filter(([key]) => /^xmlns(:|$)/.test(key));
  if (declarations.length === 0) return around;
  const prefixes = new Set(around);
  for (const [key, uri] of declarations) {
    if (uri === namespace) prefixes.add(key.slice(6));
    else prefixes.delete(key.slice(6));
  }
  return prefixes;
}

function isNamed(qualified: string, prefixes: ReadonlySet<string>, name: string): boolean {
  const colon = qualified.indexOf(':');
  return qualified.slice(colon + 1) === name && prefixes.has(qualified.slice(0, Math.max(0, colon)));
}
