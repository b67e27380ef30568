import { useEffect, useRef, useState } from 'preact/hooks';
import type { Playground } from './playground.js';

/** Where pictures come from: files, the camera, examples. */
export function Sources({ playground }: { playground: Playground }) {
  const [hasCamera, setCamera] = useState(false);
  const open = (file: File | undefined) => {
    if (file !== undefined) void playground.notices.attempt(() => playground.openFile(file, file.name));
  };
  return (
    <div class="sources">
      <label class="button">
        <input
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => {
            open(currentTarget.files?.[0]);
            currentTarget.value = '';
          }}
        />
        Open a picture
      </label>
      {navigator.mediaDevices !== undefined && (
        <button type="button" aria-expanded={hasCamera} onClick={() => setCamera(!hasCamera)}>
          Camera
        </button>
      )}
      <p class="hint">or drop it, or paste it</p>
      <div class="examples">
        {playground.examples.value.map((address, i) => (
          <button
            key={address}
            type="button"
            class="example"
            onClick={() => void playground.notices.attempt(() => playground.openExample(address))}
          >
            <img src={address} alt={`Example ${i + 1}`} loading="lazy" />
          </button>
        ))}
      </div>
      {hasCamera && <Camera playground={playground} close={() => setCamera(false)} />}
      <Layers playground={playground} />
    </div>
  );
}

/** What the camera sees, until a picture is taken. */
function Camera({ playground, close }: { playground: Playground; close: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isClosed = false;
    void playground.notices.attempt(async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      } catch (error) {
        close();
        throw new Error(`the camera cannot be used: ${(error as Error).message}`);
      }
      if (isClosed) for (const track of stream.getTracks()) track.stop();
      else video.current!.srcObject = stream;
    });
    return () => {
      isClosed = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, [playground, close]);
  const take = () =>
    playground.notices.attempt(async () => {
      const { videoWidth, videoHeight } = video.current!;
      const canvas = new OffscreenCanvas(videoWidth, videoHeight);
      canvas.getContext('2d')!.drawImage(video.current!, 0, 0);
      await playground.openFile(await canvas.convertToBlob(), 'camera');
      close();
    });
  return (
    <div class="camera">
      <video ref={video} autoPlay muted playsInline aria-label="Camera" />
      <button type="button" onClick={() => void take()}>
        Take the picture
      </button>
    </div>
  );
}

/** The pictures under the marks. */
function Layers({ playground }: { playground: Playground }) {
  const { sketch } = playground;
  sketch.version.value;
  const { layers } = sketch;
  if (layers.length === 0) return null;
  const without = (id: number) => layers.filter((layer) => layer.id !== id);
  return (
    <ul class="layers" aria-label="Pictures under the drawing">
      {layers.map(({ id, name, isTraced }) => (
        <li key={id}>
          <span class="layer">{name}</span>
          <label>
            <input
              type="checkbox"
              checked={isTraced}
              onChange={() =>
                sketch.setLayers(
                  layers.map((layer) => (layer.id === id ? { ...layer, isTraced: !isTraced } : layer)),
                )
              }
            />
            only to trace
          </label>
          <button type="button" aria-label={`Remove ${name}`} onClick={() => sketch.setLayers(without(id))}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
