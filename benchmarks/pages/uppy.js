// Uppy with its defaults: until Companion has completed the upload.
import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";

export async function upload(file) {
  const uppy = new Uppy().use(AwsS3, { companionEndpoint: location.origin });
  uppy.addFile({ name: file.name, type: file.type, data: file });
  const { successful, failed } = await uppy.upload();
  if (successful.length !== 1) throw failed[0]?.error ?? new Error("not sent");
}
