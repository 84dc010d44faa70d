// The floor: parts to addresses that are there already, and nothing else.
export async function upload(file, { urls, partBytes, parallel }) {
  const parts = urls.map((url, index) => ({ url, body: file.slice(index * partBytes, (index + 1) * partBytes) }));
  const sendOn = async () => {
    for (let part = parts.shift(); part; part = parts.shift()) await put(part);
  };
  await Promise.all(Array.from({ length: parallel }, sendOn));
}

const put = ({ url, body }) =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("PUT", url);
    xhr.onload = () => (xhr.status === 200 ? resolve() : reject(new Error(String(xhr.status))));
    xhr.onerror = () => reject(new Error("broken"));
    xhr.send(body);
  });
