"""The least Django project that offers django-s3-file-field: one field, no middleware, nobody signs in."""
