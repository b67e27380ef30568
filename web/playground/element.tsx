import { render } from 'preact';
import colours from '../colours.css';
import type { Backend } from '../pix2pix.js';
import css from './playground.css';
import { newSketch, Playground } from './playground.js';
import sources from './sources.css';
import { PlaygroundView } from './view.js';

/** A server that renders pages has no elements: there the tag is text, and importing this does nothing. */
const BrowserElement = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/**
 * `<pix2pix-translate model="model/">`: a playground in any page. `model` is the folder of a model, relative to the page.
 * `backend` insists on `webgpu` or `wasm`. With `linked` the page is there for it: its address may carry a drawing, and what
 * is pasted without a place is meant for it. It tells of `ready` when the model is loaded. What was drawn stays when
 * another model is named, and when the element is moved.
 */
class TranslateElement extends BrowserElement {
  static readonly observedAttributes = ['model', 'backend'];
  private readonly sketch = newSketch();
  private playground: Playground | undefined;
  /** What the playground was set up with. */
  private shown = '';
  private isPending = false;

  connectedCallback(): void {
    this.update();
  }

  disconnectedCallback(): void {
    this.update();
  }

  attributeChangedCallback(): void {
    this.update();
  }

  /** Once, after all that a script does at a time: sets several attributes, or moves the element. */
  private update(): void {
    if (this.isPending) return;
    this.isPending = true;
    queueMicrotask(() => {
      this.isPending = false;
      const wanted = this.isConnected
        ? JSON.stringify([this.address.href, this.getAttribute('backend')])
        : '';
      if (wanted === this.shown) return;
      this.shown = wanted;
      this.end();
      if (this.isConnected) this.start();
    });
  }

  /** As the attribute: frameworks such as Vue and React set the properties of an element where it has them. */
  get model(): string {
    return this.getAttribute('model') ?? 'model';
  }

  set model(folder: string) {
    this.setAttribute('model', folder);
  }

  private get address(): URL {
    return new URL(this.model.replace(/\/*$/, '/'), document.baseURI);
  }

  private start(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const backend = (this.getAttribute('backend') ?? undefined) as Backend | undefined;
    const ownsPage = this.hasAttribute('linked');
    const onReady = () => void this.dispatchEvent(new Event('ready'));
    const playground = new Playground({ model: this.address, backend, ownsPage, onReady }, this.sketch);
    this.playground = playground;
    const drawing = ownsPage ? /^#drawing=(.+)$/.exec(location.hash)?.[1] : undefined;
    if (drawing !== undefined && !this.sketch.isTouched)
      void playground.notices.attempt(() => playground.openLink(drawing));
    root.adoptedStyleSheets = [styleSheet()];
    render(<PlaygroundView playground={playground} />, root);
  }

  private end(): void {
    if (this.shadowRoot !== null) render(null, this.shadowRoot);
    this.playground?.dispose();
    this.playground = undefined;
  }
}

/** Made by a script: a page's Content-Security-Policy may forbid the element <style>. */
function styleSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(colours + css + sources);
  return sheet;
}

globalThis.customElements?.define('pix2pix-translate', TranslateElement);
