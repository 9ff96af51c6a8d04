// The same picture by curl, from this server; the key is for its user to fill in.
const word = text => `'${text.replaceAll("'", "'\\''")}'`;

const members = {size: "size", quality: "quality", background: "background", format: "output_format", moderation: "moderation", compression: "output_compression"};

// `asked`: as the history has it; `inputs`: names of files.
export function curl_of(prompt, model, asked, inputs) {
  const body = {model, prompt};
  for (const [name, told] of Object.entries(members)) {
    if (asked[name] !== undefined && asked[name] !== null && asked[name] !== "") {
      body[told] = asked[name];
    }
  }
  if ((asked.n ?? 1) > 1) {
    body.n = asked.n;
  }
  const head = path => [`curl ${location.origin}/v1/images/${path}`, `-H "Authorization: Bearer $LIMN_KEY"`];
  if (inputs.length === 0) {
    return [...head("generations"), `-H 'Content-Type: application/json'`, `-d ${word(JSON.stringify(body))}`].join(" \\\n  ");
  }
  return [...head("edits"), ...inputs.map(file => `-F ${word(`image[]=@${file}`)}`), ...(asked.mask ? [`-F ${word(`mask=@${asked.mask}`)}`] : []),
          ...Object.entries(body).map(([name, value]) => `-F ${word(`${name}=${value}`)}`)].join(" \\\n  ");
}
