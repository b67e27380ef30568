import { render } from 'preact';
import type { Backend } from '../pix2pix.js';
import css from './playground.css';
import { Playground } from './playground.js';
import { PlaygroundView } from './view.js';

/**
 * `<pix2pix-translate model="model/">`: a playground in any page. `model` is the folder of a model, relative to the page.
 * `backend` insists on `webgpu` or `wasm`; with `linked` the address of the page may carry a drawing. It tells of `ready`
 * when the model is loaded.
 */
class TranslateElement extends HTMLElement {
  static readonly observedAttributes = ['model', 'backend'];
  private playground: Playground | undefined;

  connectedCallback(): void {
    this.start();
  }

  disconnectedCallback(): void {
    this.end();
  }

  attributeChangedCallback(): void {
    if (!this.isConnected || this.playground === undefined) return;
    this.end();
    this.start();
  }

  private start(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const model = new URL((this.getAttribute('model') ?? 'model').replace(/\/*$/, '/'), document.baseURI);
    const backend = (this.getAttribute('backend') ?? undefined) as Backend | undefined;
    const drawing = this.hasAttribute('linked') ? /^#drawing=(.+)$/.exec(location.hash)?.[1] : undefined;
    this.playground = new Playground({ model, backend, drawing });
    this.playground.translation.ready().then(
      () => this.dispatchEvent(new Event('ready')),
      () => {}, // shown by the view
    );
    const style = <style>{css}</style>;
    render([style, <PlaygroundView playground={this.playground} />], root);
  }

  private end(): void {
    if (this.shadowRoot !== null) render(null, this.shadowRoot);
    this.playground?.dispose();
    this.playground = undefined;
  }
}

customElements.define('pix2pix-translate', TranslateElement);
