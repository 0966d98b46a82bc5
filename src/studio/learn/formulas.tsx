/** The notebook's equations, in MathML: browsers typeset it, readers read it, and it costs no bytes. */
import type { ComponentChildren } from 'preact';
import { tl } from './words.js';

const Sub = ({ of, by }: { of: ComponentChildren; by: ComponentChildren }) => (
  <msub>
    <mi>{of}</mi>
    <mrow>{by}</mrow>
  </msub>
);

const Named = ({ of, by }: { of: string; by: string }) => (
  <msub>
    <mi>{of}</mi>
    <mtext>{by}</mtext>
  </msub>
);

const At = ({ of, by }: { of: string; by: string }) => (
  <msup>
    <mi>{of}</mi>
    <mrow>
      <mo>(</mo>
      <mi>{by}</mi>
      <mo>)</mo>
    </mrow>
  </msup>
);

const Sized = ({ by }: { by: string }) => (
  <msub>
    <mi>n</mi>
    <mi>{by}</mi>
  </msub>
);

/** The attribute's values are words; a boolean false would leave it out. */
const UNSTRETCHED = { stretchy: 'false' } as object;

/** A parenthesis of its usual height, whatever stands beside it. */
const Paren = ({ children }: { children: ComponentChildren }) => <mo {...UNSTRETCHED}>{children}</mo>;

const Formula = ({ children }: { children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: on phones a formula scrolls sideways, by keyboard as well.
  <fieldset class="formula" aria-label={tl('formula')} tabIndex={0}>
    <math display="block">
      <mrow>{children}</mrow>
    </math>
  </fieldset>
);

export const ContentCost = () => (
  <Formula>
    <Named of="J" by="content" />
    <Paren>(</Paren>
    <mi>C</mi>
    <mo>,</mo>
    <mi>G</mi>
    <Paren>)</Paren>
    <mo>=</mo>
    <mfrac>
      <mn>1</mn>
      <mrow>
        <mn>4</mn>
        <mspace width="0.17em" />
        <Sized by="H" />
        <Sized by="W" />
        <Sized by="C" />
      </mrow>
    </mfrac>
    <mo>∑</mo>
    <msup>
      <mrow>
        <mo>(</mo>
        <At of="a" by="C" />
        <mo>−</mo>
        <At of="a" by="G" />
        <mo>)</mo>
      </mrow>
      <mn>2</mn>
    </msup>
  </Formula>
);

export const Gram = () => (
  <Formula>
    <mi>G</mi>
    <mo>=</mo>
    <mi>A</mi>
    <msup>
      <mi>A</mi>
      <mi>T</mi>
    </msup>
    <mspace width="2em" />
    <Sub
      of="G"
      by={
        <>
          <mi>i</mi>
          <mi>j</mi>
        </>
      }
    />
    <mo>=</mo>
    <munder>
      <mo>∑</mo>
      <mi>k</mi>
    </munder>
    <Sub
      of="A"
      by={
        <>
          <mi>i</mi>
          <mi>k</mi>
        </>
      }
    />
    <Sub
      of="A"
      by={
        <>
          <mi>j</mi>
          <mi>k</mi>
        </>
      }
    />
  </Formula>
);

export const LayerStyleCost = () => (
  <Formula>
    <msubsup>
      <mi>J</mi>
      <mtext>style</mtext>
      <mrow>
        <mtext>[</mtext>
        <mi>l</mi>
        <mtext>]</mtext>
      </mrow>
    </msubsup>
    <Paren>(</Paren>
    <mi>S</mi>
    <mo>,</mo>
    <mi>G</mi>
    <Paren>)</Paren>
    <mo>=</mo>
    <mfrac>
      <mn>1</mn>
      <mrow>
        <mn>4</mn>
        <mspace width="0.17em" />
        <msubsup>
          <mi>n</mi>
          <mi>C</mi>
          <mn>2</mn>
        </msubsup>
        <msup>
          <mrow>
            <mo>(</mo>
            <Sized by="H" />
            <Sized by="W" />
            <mo>)</mo>
          </mrow>
          <mn>2</mn>
        </msup>
      </mrow>
    </mfrac>
    <munder>
      <mo>∑</mo>
      <mrow>
        <mi>i</mi>
        <mo>,</mo>
        <mi>j</mi>
      </mrow>
    </munder>
    <msup>
      <mrow>
        <mo>(</mo>
        <msubsup>
          <mi>G</mi>
          <mrow>
            <mi>i</mi>
            <mi>j</mi>
          </mrow>
          <mrow>
            <mo>(</mo>
            <mi>S</mi>
            <mo>)</mo>
          </mrow>
        </msubsup>
        <mo>−</mo>
        <msubsup>
          <mi>G</mi>
          <mrow>
            <mi>i</mi>
            <mi>j</mi>
          </mrow>
          <mrow>
            <mo>(</mo>
            <mi>G</mi>
            <mo>)</mo>
          </mrow>
        </msubsup>
        <mo>)</mo>
      </mrow>
      <mn>2</mn>
    </msup>
  </Formula>
);

export const StyleCost = () => (
  <Formula>
    <Named of="J" by="style" />
    <mo>=</mo>
    <munder>
      <mo>∑</mo>
      <mi>l</mi>
    </munder>
    <msup>
      <mi>λ</mi>
      <mrow>
        <mtext>[</mtext>
        <mi>l</mi>
        <mtext>]</mtext>
      </mrow>
    </msup>
    <msubsup>
      <mi>J</mi>
      <mtext>style</mtext>
      <mrow>
        <mtext>[</mtext>
        <mi>l</mi>
        <mtext>]</mtext>
      </mrow>
    </msubsup>
  </Formula>
);

export const TotalCost = () => (
  <Formula>
    <mi>J</mi>
    <Paren>(</Paren>
    <mi>G</mi>
    <Paren>)</Paren>
    <mo>=</mo>
    <mi>α</mi>
    <mspace width="0.17em" />
    <Named of="J" by="content" />
    <mo>+</mo>
    <mi>β</mi>
    <mspace width="0.17em" />
    <Named of="J" by="style" />
    <mspace width="2em" />
    <mi>G</mi>
    <mo>←</mo>
    <mi>G</mi>
    <mo>−</mo>
    <mtext>Adam</mtext>
    <mo>(</mo>
    <mfrac>
      <mrow>
        <mo>∂</mo>
        <mi>J</mi>
      </mrow>
      <mrow>
        <mo>∂</mo>
        <mi>G</mi>
      </mrow>
    </mfrac>
    <mo>)</mo>
  </Formula>
);
