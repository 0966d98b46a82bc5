import { describe, expect, test } from 'vitest';
import { xmpPacket, xmpProperty } from '../../src/core/pictures/xmp.js';

const NAMESPACE = 'urn:giverny:1.0:';
const RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';
const found = (packet: string) => xmpProperty(packet, NAMESPACE, 'recipe');
const packet = (description: string) =>
  `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ${RDF}>
 <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/png"/>
 ${description}
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;

const VALUE = `{"name":"Büro & <Garten> 'one'"}`;

describe('a property is found', () => {
  test('as we write it', () => {
    expect(found(xmpPacket(NAMESPACE, 'giverny', 'recipe', VALUE))).toBe(VALUE);
  });

  test.each([
    [
      'as an element',
      `<rdf:Description xmlns:giverny="${NAMESPACE}"><giverny:recipe>{"a":1}</giverny:recipe></rdf:Description>`,
    ],
    ['as an attribute', `<rdf:Description xmlns:giverny="${NAMESPACE}" giverny:recipe="{&quot;a&quot;:1}"/>`],
    ['in single quotes', `<rdf:Description rdf:about='' xmlns:giverny='${NAMESPACE}' giverny:recipe='{"a":1}'/>`],
    ['under another prefix', `<rdf:Description xmlns:ns1="${NAMESPACE}" ns1:recipe='{"a":1}'/>`],
    ['under no prefix', `<rdf:Description><recipe xmlns="${NAMESPACE}">{"a":1}</recipe></rdf:Description>`],
    ['in CDATA', `<rdf:Description xmlns:g="${NAMESPACE}"><g:recipe><![CDATA[{"a":1}]]></g:recipe></rdf:Description>`],
    ['with numeric entities', `<rdf:Description xmlns:g="${NAMESPACE}" g:recipe="{&#x22;a&#34;:1}"/>`],
    [
      'with its namespace declared further out',
      `<rdf:Bag xmlns:g="${NAMESPACE}"><rdf:li><g:recipe>{"a":1}</g:recipe></rdf:li></rdf:Bag>`,
    ],
    ['spread over lines', `<rdf:Description\n\txmlns:g="${NAMESPACE}"\n\tg:recipe\n = "{&quot;a&quot;:1}"\n/>`],
  ])('%s', (_, description) => {
    expect(found(packet(description))).toBe('{"a":1}');
  });

  test('behind padding, and with zeros after it', () => {
    expect(found(`\0\0${packet(`<rdf:Description xmlns:g="${NAMESPACE}" g:recipe="x"/>`)}  \n\0\0`)).toBe('x');
  });
});

describe('no property is found', () => {
  test.each([
    ['in nothing', ''],
    ['in text', 'Dear diary'],
    ['in a broken packet', packet(`<rdf:Description xmlns:g="${NAMESPACE}" g:recipe="x">`)],
    ['of that name in another namespace', packet('<rdf:Description xmlns:giverny="urn:other:" giverny:recipe="x"/>')],
    [
      'where the prefix stands for something else further in',
      packet(`<rdf:Bag xmlns:g="${NAMESPACE}"><rdf:li xmlns:g="urn:other:" g:recipe="x"/></rdf:Bag>`),
    ],
    ['of another name', packet(`<rdf:Description xmlns:g="${NAMESPACE}" g:recipes="x"/>`)],
    ['in elements nested too deep', `${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`],
  ])('%s', (_, text) => {
    expect(found(text)).toBeUndefined();
  });

  test('soon, in a megabyte of what never ends', () => {
    const long = 2 ** 20;
    for (const part of ['<g:recipe>', '<g:recipe ', 'a', ' a="', '<!--', '<![CDATA[', '&#x22;']) {
      expect(found(packet(part.repeat(long / part.length)))).toBeUndefined();
    }
  });
});
