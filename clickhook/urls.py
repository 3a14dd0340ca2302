"""What ordinary Django serves; the hooks are served by clickhook.asgi."""

from django.contrib import admin
from django.urls import path

from clickhook import health
from clickhook.button import views as button

urlpatterns = [
    path("admin/", admin.site.urls),
    path("button.js", button.button),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
