// Our SDK as it is: until the server knows that all bytes have arrived.
import { createClient } from "../../clients/js/src/index.ts";

export const upload = (file, { token, to }) => createClient({ getToken: () => token }).upload([file], { to }).sent;
